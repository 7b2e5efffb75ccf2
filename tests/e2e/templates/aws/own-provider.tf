# A user's own lone file with provider blocks of its own.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = { origin = "template" }
  }
}

provider "aws" {
  alias  = "far"
  region = "ap-southeast-2"
}

variable "name" {
  type     = string
  nullable = false
}

resource "aws_s3_bucket" "near" {
  bucket = "${var.name}-near"
}

resource "aws_s3_bucket" "far" {
  provider = aws.far
  bucket   = "${var.name}-far"
}

output "regions" {
  value = {
    near = aws_s3_bucket.near.region
    far  = aws_s3_bucket.far.region
  }
}
