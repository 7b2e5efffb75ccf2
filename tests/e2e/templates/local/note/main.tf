# Serves user requests of the type `note`, and needs no cloud.

variable "title" {
  type        = string
  nullable    = false
  description = "What the note is called."
}

variable "copies" {
  type        = number
  default     = 1
  nullable    = false
  description = "How often it is written."
}

resource "terraform_data" "note" {
  count = var.copies
  input = var.title
}

output "copies" {
  value       = length(terraform_data.note)
  description = "How often it was written."
}
