# Its plan takes as long as the address takes to answer.

variable "address" {
  type     = string
  nullable = false
}

data "terraform_remote_state" "other" {
  backend = "http"
  config  = { address = var.address }
}

resource "terraform_data" "after" {
  input = keys(data.terraform_remote_state.other.outputs)
}
