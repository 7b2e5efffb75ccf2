# Gives back what it was given, after a way through parameters, plan, state and outputs.

variable "text" {
  type     = string
  default  = ""
  nullable = false
}

variable "texts" {
  type     = map(string)
  default  = {}
  nullable = false
}

variable "nested" {
  type = object({
    name    = string
    count   = number
    ratio   = optional(number, 0.5)
    enabled = optional(bool)
    zones   = list(string)
    limits  = map(number)
    rules = list(object({
      port  = number
      peers = set(string)
    }))
  })
  default = null
}

variable "numbers" {
  type    = list(number)
  default = []
}

variable "anything" {
  default = null
}

resource "terraform_data" "echo" {
  input = {
    text     = var.text
    texts    = var.texts
    nested   = var.nested
    numbers  = var.numbers
    anything = var.anything
  }
}

output "text" {
  value = terraform_data.echo.output.text
}

output "texts" {
  value = terraform_data.echo.output.texts
}

output "nested" {
  value = terraform_data.echo.output.nested
}

output "numbers" {
  value = terraform_data.echo.output.numbers
}

output "anything" {
  value = terraform_data.echo.output.anything
}

output "written_in_the_template" {
  value = "Grüße aus Köln, 東京 und 🚀" # Kommentar: größer als 5 €
}
