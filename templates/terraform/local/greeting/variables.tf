variable "name" {
  type        = string
  default     = "world"
  nullable    = false
  description = "Who is greeted."

  validation {
    condition     = length(var.name) >= 1 && length(var.name) <= 200
    error_message = "The name must have 1 to 200 characters."
  }
}
