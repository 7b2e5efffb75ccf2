# The same text of `lines` lines as a string and as a list; a line has 1,024 bytes of UTF-8 with its end.

variable "lines" {
  type     = number
  nullable = false
}

locals {
  padding = join("", [for _ in range(508) : "é"])
  text    = join("\n", [for number in range(var.lines) : format("%06d %s", number, local.padding)])
}

output "text" {
  value = local.text
}

output "list" {
  value = split("\n", local.text)
}
