"""The handlers of the routes. A handler parses the request, calls one service and encodes its result."""
