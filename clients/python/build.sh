#!/bin/sh
# Models from openapi.json, then the wheel, in dist/. Tools stand in a virtual environment of their own.
set -eu
cd "$(dirname "$0")"
[ -x .venv/bin/datamodel-codegen ] || { python3 -m venv .venv && .venv/bin/pip install --quiet datamodel-code-generator==0.89.0 build hatchling; }
.venv/bin/datamodel-codegen --input ../../openapi.json --input-file-type openapi --output aller_retour/models.py \
  --output-model-type pydantic_v2.BaseModel --target-python-version 3.10 --use-annotated --snake-case-field --allow-population-by-field-name --disable-timestamp
.venv/bin/python -m build --wheel --no-isolation --outdir dist .
