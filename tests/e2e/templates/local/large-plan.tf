# A plan of over 1 MB: text that does not compress well, in a few resources.

variable "resources" {
  type     = number
  nullable = false
}

resource "terraform_data" "block" {
  count = var.resources
  input = join("", [for part in range(1000) : base64sha512("${count.index} ${part}")])
}

output "characters" {
  value = sum([for block in terraform_data.block : length(block.output)])
}
