"""The request, before anything is known of who sent it."""

from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIRequest


class Request(WSGIRequest):
    """A request whose Content-Type anybody may have written: one that can't be read is that of no form and no JSON."""

    def _set_content_type_params(self, meta):
        try:
            super()._set_content_type_params(meta)
        except (BadRequest, ValueError, LookupError):  # it names an encoding that there isn't
            meta["CONTENT_TYPE"] = "application/octet-stream"
            super()._set_content_type_params(meta)
