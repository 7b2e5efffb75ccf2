# Terraform itself refuses it, while it plans.

variable "size" {
  type     = number
  nullable = false
}

resource "terraform_data" "sized" {
  input = var.size

  lifecycle {
    precondition {
      condition     = var.size % 2 == 0
      error_message = "The size must be even; it is ${var.size} (größer geht nicht)."
    }
  }
}
