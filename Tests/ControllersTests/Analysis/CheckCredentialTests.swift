import Harness
import Randomness
import Testing

@testable import Controllers

@Suite("A credential for checks")
struct CheckCredentialTests {
    private static let key = "-----BEGIN PRIVATE KEY-----\\nMC4CAQ\\n-----END PRIVATE KEY-----\\n"
    private static let certificate = "-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n"

    @Test(
        "is read in each of its forms",
        arguments: [
            #""basic": {"username": "graft", "password": "s3cret: with all"}"#, #""bearer": "eyJhbGciOi""#, #""hmac": "0123456789abcdef""#,
            #""ca": "\#(certificate)""#, #""clientCertificate": "\#(certificate)", "clientKey": "\#(key)", "bearer": "x""#,
        ])
    func forms(members: String) throws {
        let text = #"{\#(members), "hosts": ["*.example.com"], "namespaces": ["payments", "team-*"]}"#
        let credential = try CheckCredential(parsing: Array(text.utf8))
        #expect(credential.mayBeNamed(in: "payments") && credential.mayBeNamed(in: "team-a") && !credential.mayBeNamed(in: "other"))
    }

    @Test(
        "that is something else is refused without being shown",
        arguments: [
            "", "s3cret", "[]", #"{"bearer": "s3cret"}"#, #"{"bearer": "s3cret", "hosts": ["a"]}"#,
            #"{"bearer": "s3cret", "hosts": [], "namespaces": ["a"]}"#,
            #"{"bearer": "s3cret", "hosts": ["a"], "namespaces": [1]}"#, #"{"bearer": "s3cret", "hosts": ["a/b"], "namespaces": ["a"]}"#,
            #"{"bearer": "s3cret", "hmac": "s3crets3crets3cret", "hosts": ["a"], "namespaces": ["a"]}"#,
            #"{"hmac": "s3cret", "hosts": ["a"], "namespaces": ["a"]}"#,
            #"{"bearer": "s3cret\r\nX: y", "hosts": ["a"], "namespaces": ["a"]}"#,
            #"{"basic": {"username": "a:b", "password": "s3cret"}, "hosts": ["a"], "namespaces": ["a"]}"#,
            #"{"basic": {"username": "a", "password": "s3cret", "more": 1}, "hosts": ["a"], "namespaces": ["a"]}"#,
            #"{"clientKey": "s3cret", "hosts": ["a"], "namespaces": ["a"]}"#,
            #"{"bearer": "s3cret", "host": ["a"], "hosts": ["a"], "namespaces": ["a"]}"#,
            #"{"bearer": "s3cret", "bearer": "s3cret", "hosts": ["a"], "namespaces": ["a"]}"#,
        ])
    func refusals(text: String) {
        let error = #expect(throws: CheckRefusal.self) { _ = try CheckCredential(parsing: Array(text.utf8)) }
        #expect(error?.description.contains("s3cret") == false)
    }

    @Test("is refused or read, whatever is fed in, and an error never holds what was fed in")
    func fuzz() {
        var random = SeededRandom(seed: 6)
        let seed = Array(
            #"{"basic": {"username": "u", "password": "pässword-that-is-secret"}, "hosts": ["a.example"], "namespaces": ["*"]}"#.utf8)
        var (read, refused) = (0, 0)
        for _ in 0..<4000 {
            do {
                _ = try CheckCredential(parsing: seed.mutated(with: Array("{}[]\",:\\*/".utf8), using: &random))
                read += 1
            } catch {
                refused += 1
                #expect(!error.description.contains("secret") && error.description.utf8.count <= 700)
            }
        }
        #expect(read > 100 && refused > 100)
    }

    /// A directory with a file for each name.
    private func withCredentials(_ files: [String: String], _ body: (CheckCredentials) throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            for (name, text) in files { try write(text, to: "\(directory)/\(name)") }
            try body(CheckCredentials(directory: directory))
        }
    }

    private func address(_ text: String) throws -> CheckAddress { try CheckAddress(parsing: text, field: "url") }

    @Test("goes to its own hosts, for its own namespaces, and in the clear only where that is written out")
    func bounds() async throws {
        let file = #"{"bearer": "s3cret", "hosts": ["metrics.example:8443", "http://prometheus.monitoring"], "namespaces": ["payments"]}"#
        try await withCredentials(["metrics": file]) { credentials in
            _ = try credentials.credential("metrics", for: address("https://metrics.example:8443/"), in: "payments")
            _ = try credentials.credential("metrics", for: address("http://prometheus.monitoring:9090/"), in: "payments")
            for (url, namespace) in [
                ("https://metrics.example/", "payments"), ("https://evil.example:8443/", "payments"),
                ("https://metrics.example:8443/", "others"),
                ("http://metrics.example:8443/", "payments"),
            ] {
                let error = #expect(throws: CheckRefusal.self) {
                    _ = try credentials.credential("metrics", for: address(url), in: namespace)
                }
                #expect(error?.description.contains("s3cret") == false)
            }
        }
    }

    @Test(
        "that belongs to others is told of like one that is not there",
        arguments: ["nothing", "../metrics", ".hidden", "..data", "", "a/b", "a\0b"])
    func absent(name: String) async throws {
        let file = #"{"bearer": "s3cret", "hosts": ["metrics.example"], "namespaces": ["payments"]}"#
        try await withCredentials(["metrics": file, ".hidden": file]) { credentials in
            func refusal(_ name: String) throws -> String {
                let address = try address("https://metrics.example/")
                return try #require(#expect(throws: CheckRefusal.self) { _ = try credentials.credential(name, for: address, in: "others") })
                    .description
            }
            let (found, wanted) = (try refusal(name), try refusal("metrics"))
            // What is invisible is told by its number.
            let shown = name.replacing("\0", with: #"\0"#)
            #expect(found == wanted.replacing("\"metrics\"", with: "\"\(shown)\""))
        }
    }

    @Test("that is replaced counts at once")
    func replacing() async throws {
        try await withTemporaryDirectory { directory in
            let credentials = CheckCredentials(directory: directory)
            let place = try address("https://metrics.example/")
            for token in ["one", "two"] {
                try write(#"{"bearer": "\#(token)", "hosts": ["metrics.example"], "namespaces": ["*"]}"#, to: "\(directory)/metrics")
                #expect(try credentials.credential("metrics", for: place, in: "payments").secret == .bearer(token))
            }
        }
    }
}
