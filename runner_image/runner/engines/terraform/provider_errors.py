"""Whether the error of a create proves that nothing was made.

A provider that answers with an error and no object says that there is none, unless its words leave doubt: the
request may have reached the cloud and its answer was lost, was no refusal, or came to a second try.
Where it cannot be told, nothing is proven. tests/runner have the AWS provider's words from the real one; the
rest are those of Terraform's and the providers' sources.
"""

from __future__ import annotations

import re

from runner.engines.terraform.messages import PROVIDER_GAVE_NO_OBJECT

# the answer did not come, or not whole; `dial` errors are among them, as an earlier try may have got through
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
# the create was answered, and what follows it went wrong
_AFTERWARDS = re.compile(
    r"\bwaiting for\b|\bpolling\b|couldn't find resource|could not find resource|unexpected state|"
    r"empty (result|response|output)|after creat(e|ion|ing)\b|creat(ed|ion succeeded),? but\b",
    re.IGNORECASE,
)
# a first try whose answer was lost may have made it. S3 says `BucketAlreadyExists` of other accounts' only,
# and azurerm looks for what is there before it asks for anything
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
    """Return true if an error's text leaves no doubt that the cloud, or the provider itself, refused."""
    in_doubt = any(doubt.search(text) for doubt in (_NO_ANSWER, _AFTERWARDS, _EXISTS))
    if in_doubt or PROVIDER_GAVE_NO_OBJECT.is_in(text):
        return False
    return all(_is_refusal(int(status)) for status in _STATUS.findall(text))


def _is_refusal(status: int) -> bool:
    return 400 <= status < 500 and status != 408
