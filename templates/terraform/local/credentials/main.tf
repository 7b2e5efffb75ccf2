resource "terraform_data" "account" {
  input = {
    user_name = var.user_name
    password  = var.password
    api_token = var.api_token
  }
}
