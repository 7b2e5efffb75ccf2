resource "terraform_data" "wait" {
  input            = var.seconds
  triggers_replace = var.seconds

  provisioner "local-exec" {
    # exec, so that an interrupt reaches sleep itself.
    command = "exec sleep ${var.seconds}"
  }
}
