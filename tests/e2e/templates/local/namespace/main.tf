# Stands in for a Kubernetes namespace, and needs no cluster.

variable "namespace" {
  type        = string
  nullable    = false
  description = "What the namespace is called."
}

variable "pods" {
  type        = number
  default     = 1
  nullable    = false
  description = "How many pods it has room for."
}

resource "terraform_data" "namespace" {
  input = { name = var.namespace, pods = var.pods }
}

output "pods" {
  value       = terraform_data.namespace.output.pods
  description = "How many pods it has room for."
}
