output "user_name" {
  value       = var.user_name
  description = "Name of the account."
}

output "connection_string" {
  value       = "user=${var.user_name};password=${var.password}"
  sensitive   = true
  description = "What a client of the account connects with."
}
