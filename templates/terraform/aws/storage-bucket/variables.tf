variable "bucket_name" {
  type        = string
  nullable    = false
  description = "Name of the bucket. It must be unique among all buckets of AWS and cannot be changed later."

  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  validation {
    condition     = length(var.bucket_name) >= 3 && length(var.bucket_name) <= 63
    error_message = "The bucket name must have 3 to 63 characters."
  }

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]*[a-z0-9]$", var.bucket_name))
    error_message = "The bucket name may hold lowercase letters, digits, dots and hyphens, and must begin and end with a letter or digit."
  }

  validation {
    condition     = !can(regex("\\.\\.", var.bucket_name))
    error_message = "The bucket name must not hold two dots in a row."
  }

  validation {
    condition     = !can(regex("^[0-9]{1,3}(\\.[0-9]{1,3}){3}$", var.bucket_name))
    error_message = "The bucket name must not look like an IP address."
  }

  validation {
    condition = (
      !can(regex("^(xn--|sthree-|amzn-s3-demo-)", var.bucket_name))
      && !can(regex("(-s3alias|--ol-s3|\\.mrap|--x-s3|--table-s3)$", var.bucket_name))
    )
    error_message = "The bucket name must not begin with xn--, sthree- or amzn-s3-demo-, nor end with -s3alias, --ol-s3, .mrap, --x-s3 or --table-s3: S3 keeps these for itself."
  }
}

variable "versioning_enabled" {
  type        = bool
  default     = true
  nullable    = false
  description = "Whether the bucket keeps older versions of an object that is overwritten or deleted."
}

variable "sse_algorithm" {
  type        = string
  default     = "AES256"
  nullable    = false
  description = "How objects are encrypted at rest: AES256 (keys of S3) or aws:kms (a key of AWS KMS)."

  validation {
    condition     = contains(["AES256", "aws:kms"], var.sse_algorithm)
    error_message = "The sse_algorithm must be AES256 or aws:kms."
  }
}

variable "kms_key_arn" {
  type        = string
  default     = null
  description = "ARN of the KMS key for sse_algorithm aws:kms. Without it the key that AWS manages for S3 is used."

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)/[A-Za-z0-9/_-]+$", var.kms_key_arn))
    error_message = "The kms_key_arn must look like arn:aws:kms:<region>:<account>:key/<id>."
  }

  validation {
    condition     = var.kms_key_arn == null || var.sse_algorithm == "aws:kms"
    error_message = "The kms_key_arn is used only with sse_algorithm aws:kms."
  }
}

variable "force_destroy" {
  type        = bool
  default     = false
  nullable    = false
  description = "Whether destroying the bucket also deletes the objects in it. If false, only an empty bucket is destroyed."
}

variable "tags" {
  type        = map(string)
  default     = {}
  nullable    = false
  description = "Tags of the bucket."

  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/CostAllocTagging.html
  validation {
    condition     = length(var.tags) <= 50
    error_message = "A bucket has at most 50 tags."
  }
}
