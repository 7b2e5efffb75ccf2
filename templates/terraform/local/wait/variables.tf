variable "seconds" {
  type        = number
  nullable    = false
  description = "How long the deployment runs, in whole seconds."

  validation {
    condition     = var.seconds >= 0 && var.seconds <= 7200 && floor(var.seconds) == var.seconds
    error_message = "The seconds must be a whole number from 0 to 7200."
  }
}
