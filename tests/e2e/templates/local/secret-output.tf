# The secret is computed, so that it stands in no parameter.

variable "seed" {
  type     = string
  nullable = false
}

resource "terraform_data" "secret" {
  input = sensitive(sha256(var.seed))
}

output "password" {
  value     = terraform_data.secret.output
  sensitive = true
}

output "length" {
  value = nonsensitive(length(terraform_data.secret.output))
}
