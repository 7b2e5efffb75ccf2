"""How the blob SDK retries: as it does by itself, but without forgetting what a call asked for."""

from __future__ import annotations

from typing import Any

from azure.storage.blob import LinearRetry


class BlobRetry(LinearRetry):
    """Keeps a call's `raw_response_hook` over its attempts.

    The SDK drops the hook of a call whose first attempt got no answer, and with it the Date that a blob's age
    is told by.
    """

    def configure_retries(self, request: Any) -> dict[str, Any]:
        """Called once for each call, before its first attempt."""
        hook = request.context.options.pop("raw_response_hook", None)
        if hook is not None:
            request.context["response_callback"] = hook
        return super().configure_retries(request)
