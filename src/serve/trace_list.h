X(csv)
X(mooncake)
