variable "user_name" {
  type        = string
  default     = "app"
  nullable    = false
  description = "Name of the account."

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,31}$", var.user_name))
    error_message = "The user_name must begin with a lowercase letter and have at most 32 lowercase letters, digits and underscores."
  }
}

variable "password" {
  type        = string
  sensitive   = true
  nullable    = false
  description = "Password of the account. Without one a random password is made."

  validation {
    condition     = length(var.password) >= 12 && length(var.password) <= 128
    error_message = "The password must have 12 to 128 characters."
  }
}

variable "api_token" {
  type        = string
  default     = null
  sensitive   = true
  description = "Token that the account uses elsewhere."

  validation {
    condition     = var.api_token == null || can(regex("^[!-~]{8,256}$", var.api_token))
    error_message = "The api_token must have 8 to 256 visible ASCII characters."
  }
}
