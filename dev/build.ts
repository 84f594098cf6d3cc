import '../cli/node-version.ts';
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { sbom } from './sbom.ts';
import { buildConsole } from './launchers/console.ts';
import { bundleWorkflows } from '../temporal/worker.ts';

// Builds what production runs: plain JavaScript and the workflow bundle, made once.
rmSync('dist', { recursive: true, force: true });
execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
const bundle = await bundleWorkflows();
if (!('code' in bundle)) throw new Error('The workflow bundle has no code');
writeFileSync('dist/workflow-bundle.js', bundle.code);
writeFileSync('dist/sbom.cdx.json', sbom());
await buildConsole(`${import.meta.dirname}/../dist/console/dist`);
cpSync('docs', 'dist/docs', { recursive: true, filter: (path) => !/\.(png|svg)$/.test(path) });
console.log('built dist/');
