output "greeting" {
  value       = terraform_data.greeting.output
  description = "The greeting."
}

output "name" {
  value       = var.name
  description = "Who was greeted."
}
