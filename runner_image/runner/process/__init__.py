"""Starting, reading and stopping a subprocess."""
