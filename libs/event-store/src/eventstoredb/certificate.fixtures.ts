/**
 * A certificate for localhost and 127.0.0.1 that nothing trusts but a test that names it, valid until
 * 2120. Its key is no secret: whoever has it can pretend to be this machine to this machine.
 */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBaDCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMe2ZnANIun8C2o+
tVDJYDGQJYDkEz4mowPgC+byGNj3tFeNWxXTLzeGVBRRuvscQD970k5oMXSAME6b
B/t0kiijTjBMMA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0
hwR/AAABMB0GA1UdDgQWBBS//I/BHea7G+QoM3URRBhk05PbODAKBggqhkjOPQQD
AgNJADBGAiEAsm7AhZgX7ysNqlz8b4gKfFBEoZLipV3Mu1y+YOzorQUCIQCXMrqq
SkeS5vR0ENOQanEa033P79LQMtXVkD3rSM9BDw==
-----END CERTIFICATE-----
`;

export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQggaZfKT/1c+WCCzf8
8L3oXJW0RQI98wvUEfdiBEYiEKehRANCAATHtmZwDSLp/AtqPrVQyWAxkCWA5BM+
JqMD4Avm8hjY97RXjVsV0y83hlQUUbr7HEA/e9JOaDF0gDBOmwf7dJIo
-----END PRIVATE KEY-----
`;
