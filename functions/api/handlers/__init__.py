"""What each route does: parse, call one service, encode."""
