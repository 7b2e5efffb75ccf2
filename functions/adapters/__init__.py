"""What implements the ports: all Azure SDK code, and what stands for Azure on one machine."""
