"""The use cases, one a file. They know the domain and the ports, and nothing of HTTP, queues or Azure."""
