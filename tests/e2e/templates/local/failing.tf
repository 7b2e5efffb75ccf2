# One resource is made, the next one fails.

variable "complaint" {
  type     = string
  nullable = false
}

resource "terraform_data" "made" {
  input = "made"
}

resource "terraform_data" "failing" {
  input = terraform_data.made.output

  provisioner "local-exec" {
    command     = "echo \"$COMPLAINT\"; exit 3"
    environment = { COMPLAINT = var.complaint }
  }
}
