module cachebench/go-tuned

go 1.26.0
