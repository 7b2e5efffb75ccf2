"""The blob SDK's own retry policy, without its loss of a call's response hook."""

from __future__ import annotations

from typing import Any

from azure.storage.blob import LinearRetry


class BlobRetry(LinearRetry):
    """Keeps a call's `raw_response_hook` over all its attempts.

    The SDK drops the hook if the first attempt got no response. The hook reads the Date header, from which
    the blob's age is computed.
    """

    def configure_retries(self, request: Any) -> dict[str, Any]:
        """Move the hook to the context, where retries find it. Called once, before the first attempt."""
        hook = request.context.options.pop("raw_response_hook", None)
        if hook is not None:
            request.context["response_callback"] = hook
        return super().configure_retries(request)
