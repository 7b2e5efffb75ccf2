"""Decides whether the error of a create proves that no object was created.

A provider that returns an error and no object says that there is none. Its text may leave doubt: the request
may have reached the cloud and the response was lost, was no refusal, or came to a second try. In doubt,
nothing is proven. The texts of the AWS provider come from tests/runner, which run the real one; the others
come from the sources of Terraform and the providers.
"""

from __future__ import annotations

import re

from runner.engines.terraform.messages import PROVIDER_GAVE_NO_OBJECT

# No response, or an incomplete one. This includes `dial` errors, as an earlier try may have got through.
_NO_ANSWER = re.compile(
    r"\bEOF\b|connection (reset|refused|closed|aborted|is shutting down)|broken pipe|forcibly closed|"
    r"closed network connection|server closed|transport is closing|error reading from server|rpc error|"
    r"timeout (while|waiting|awaiting|exceeded|expired|was reached)|(i/o|handshake|client|gateway|request)"
    r"[ .]?timeout|awaiting headers|timed out|deadline exceeded|context cancell?ed|request ?cancell?ed|"
    r"no such host|name resolution|no route to host|network is unreachable|\bdial (tcp|udp|unix)\b|"
    r"request send failed|RequestError|exceeded maximum number of attempts|giving up after|"
    r"http2: |GOAWAY|tls: |x509: |malformed HTTP|"
    r"deserialization failed|SerializationError|unmarshal|unexpected end of JSON|invalid character '|"
    r"XML syntax error|failed to decode|decoding response",
    re.IGNORECASE,
)
# The create got its response, and a later step failed.
_AFTERWARDS = re.compile(
    r"\bwaiting for\b|\bpolling\b|couldn't find resource|could not find resource|unexpected state|"
    r"empty (result|response|output)|after creat(e|ion|ing)\b|creat(ed|ion succeeded),? but\b",
    re.IGNORECASE,
)
# A first try whose response was lost may have created the object. Not so with S3's `BucketAlreadyExists`,
# which is about other accounts, and azurerm, which checks for an existing object before it creates one.
_EXISTS = re.compile(
    r"(?<!Bucket)Already ?Exists(?! - to be managed via Terraform)|already ?owned|already in use|"
    r"ResourceInUse|duplicate",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"(?:status ?code|unexpected status|http status|http response|googleapi: error|(?<!exit )\bstatus)"
    r"(?: was| of)?[ :=\"']*(\d{1,3})\b",
    re.IGNORECASE,
)


def proves_refusal(text: str) -> bool:
    """Return True if the text of an error proves that the cloud, or the provider itself, refused."""
    in_doubt = any(doubt.search(text) for doubt in (_NO_ANSWER, _AFTERWARDS, _EXISTS))
    if in_doubt or PROVIDER_GAVE_NO_OBJECT.is_in(text):
        return False
    return all(_is_refusal(int(status)) for status in _STATUS.findall(text))


def _is_refusal(status: int) -> bool:
    return 400 <= status < 500 and status != 408
