output "waited_seconds" {
  value       = terraform_data.wait.output
  description = "How long the deployment waited, in seconds."
}
