"""The use cases, one in each file. They use the domain and the ports, and neither HTTP, queues nor Azure."""
