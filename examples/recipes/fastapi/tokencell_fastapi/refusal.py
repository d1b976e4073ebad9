"""Refusals of routes: `{ "error": code }`. Contract, 22."""

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

MAX_BODY = 16 * 1024


class Refused(HTTPException):
    """On your own routes, FastAPI handles it like any HTTPException: `{ "detail": code }`."""

    def __init__(self, status, code, headers=None, **more):
        super().__init__(status, code, headers)
        self.body = {"error": code, **more}


class BoundedRequest(Request):
    async def body(self):
        if not hasattr(self, "_body"):
            read = b""
            async for chunk in self.stream():
                read += chunk
                if len(read) > MAX_BODY:
                    raise Refused(413, "bad_request")
            self._body = read
        return self._body


class ContractRoute(APIRoute):
    """For the routes of this package: sends refusals in the format of the contract, and forbids caches to store responses."""

    def get_route_handler(self):
        handle = super().get_route_handler()

        async def answer(request):
            try:
                response = await handle(BoundedRequest(request.scope, request.receive))
            except Refused as error:
                response = JSONResponse(error.body, error.status_code, error.headers)
            except RequestValidationError as error:
                response = refuse_input(error)
            except HTTPException as error:
                response = JSONResponse({"error": "bad_request"}, error.status_code, error.headers)
            response.headers["Cache-Control"] = "no-store"
            return response

        return answer


def refuse_input(error):
    """Names the fields, but does not repeat the input. FastAPI would repeat it."""
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return JSONResponse({"error": "bad_request"}, 400)
    fields = {}
    for each in found:
        if len(each["loc"]) > 1:
            fields.setdefault(str(each["loc"][1]), []).append(each["msg"])
    return JSONResponse({"error": "invalid", "fields": fields}, 422)
