"""A client of the Aller-Retour API, written by hand; aller_retour.models is generated."""

import json
import uuid
from typing import Any, Iterator, Mapping, Optional, Tuple, Union

import httpx
from standardwebhooks import Webhook

__all__ = ["AllerRetour", "ApiError", "verify"]

Json = Mapping[str, Any]
# Seconds that a request waits for events.
WAIT_S = 20


class ApiError(Exception):
    """An error of the API; `problem` names field, row and remedy."""

    def __init__(self, problem: Json) -> None:
        super().__init__(f"{problem.get('title')}: {problem.get('detail')} {problem.get('remedy')}")
        self.problem = problem


class AllerRetour:
    """A client of one account. A body is a mapping, or a model of aller_retour.models."""

    def __init__(self, url: str, key: str, transport: Optional[httpx.BaseTransport] = None) -> None:
        self._http = httpx.Client(base_url=url, timeout=WAIT_S + 10, transport=transport, headers={"authorization": f"Bearer {key}"})
        self.events = Events(self)

    def get(self, path: str, **query: Any) -> Any:
        return self._call("GET", path, params={name: value for name, value in query.items() if value is not None})

    def post(self, path: str, body: Any = None, idempotency_key: Optional[str] = None) -> Any:
        """Sends a new idempotency key unless one is given: repeat an unanswered call with the same key."""
        return self._call("POST", path, body, headers={"idempotency-key": idempotency_key or str(uuid.uuid4())})

    def put(self, path: str, body: Any) -> Any:
        return self._call("PUT", path, body)

    def patch(self, path: str, body: Any) -> Any:
        return self._call("PATCH", path, body)

    def delete(self, path: str) -> None:
        self._call("DELETE", path)

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """Every item of all pages."""
        cursor = None
        while True:
            page = self.get(path, **query, cursor=cursor)
            yield from page["items"]
            cursor = page["nextCursor"]
            if cursor is None:
                return

    def _call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        if body is not None:
            more["json"] = body.model_dump(mode="json", by_alias=True, exclude_unset=True) if hasattr(body, "model_dump") else body
        answer = self._http.request(method, path, **more)
        if answer.is_error:
            raise ApiError(answer.json())
        return answer.json() if answer.content else None

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> "AllerRetour":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Events:
    def __init__(self, client: AllerRetour) -> None:
        self._client = client

    def follow(self, after: str = "now") -> Iterator[Tuple[Json, str]]:
        """Events from now on, or after a stored cursor. Store the cursor once an event is handled."""
        cursor = after
        while True:
            page = self._client.get("/v1/events", after=cursor, wait=WAIT_S)
            last = len(page["items"]) - 1
            for index, item in enumerate(page["items"]):
                if index == last:
                    cursor = page["nextCursor"]
                yield json.loads(item["body"]), cursor
            cursor = page["nextCursor"]


def verify(body: Union[str, bytes], headers: Mapping[str, str], secret: str) -> Json:
    """The event of a callback. Takes the raw body; raises unless the signature is right."""
    return Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
