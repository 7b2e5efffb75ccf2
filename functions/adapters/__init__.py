"""Implements the ports: with the Azure SDKs, and with replacements of Azure services on one machine."""
