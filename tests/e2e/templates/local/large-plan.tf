# A plan of over 1 MB: text that does not compress well, in many resources.

variable "resources" {
  type     = number
  nullable = false
}

resource "terraform_data" "block" {
  count = var.resources
  input = join("", [for part in range(64) : base64sha512("${count.index} ${part}")])
}

output "characters" {
  value = sum([for block in terraform_data.block : length(block.output)])
}
