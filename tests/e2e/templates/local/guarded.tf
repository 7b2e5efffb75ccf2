variable "secret" {
  type      = string
  sensitive = true
}

variable "fails" {
  type    = bool
  default = false
}

resource "terraform_data" "guarded" {
  input = var.secret
}

resource "terraform_data" "loud" {
  input = var.fails

  # what a careless template may do: print a secret, and break with it in the message
  provisioner "local-exec" {
    command     = "echo \"$SECRET\"; echo \"$SECRET\" >&2; test \"$FAILS\" = false"
    environment = { SECRET = nonsensitive(var.secret), FAILS = tostring(var.fails) }
  }

  # and what it was before, once it is replaced
  triggers_replace = [var.fails, nonsensitive(var.secret)]
  provisioner "local-exec" {
    when        = destroy
    command     = "echo \"dropping $SECRET\""
    environment = { SECRET = self.triggers_replace[1] }
  }
}

output "guarded" {
  value     = terraform_data.guarded.output
  sensitive = true
}
