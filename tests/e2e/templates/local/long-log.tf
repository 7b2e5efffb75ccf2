# Writes `lines` lines of 1,000 bytes, each begun with its number, into the log.

variable "lines" {
  type     = number
  nullable = false
}

resource "terraform_data" "talker" {
  provisioner "local-exec" {
    command = "awk -v lines=\"$LINES\" -v text=\"$TEXT\" 'BEGIN { for (n = 0; n < lines; n++) { printf \"%06d:%s\\n\", n, text; fflush() } }'"

    environment = {
      LINES = var.lines
      TEXT  = join("", [for _ in range(331) : "xx."])
    }
  }

  provisioner "local-exec" {
    command = "echo 'Größe: 5 €, 東京 🚀'"
  }
}
