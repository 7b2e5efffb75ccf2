resource "terraform_data" "greeting" {
  input = "Hello, ${var.name}!"
}
