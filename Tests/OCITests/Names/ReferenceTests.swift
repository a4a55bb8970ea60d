import Testing

@testable import OCI

private let hash = String(repeating: "0123456789abcdef", count: 4)

@Suite("A reference")
struct ReferenceTests {
    @Test(
        "has registry, repository, tag and digest",
        arguments: [
            ("registry.example/f/http:1.1.0", "registry.example", "f/http", "1.1.0", nil),
            ("registry.example:5000/f:1", "registry.example:5000", "f", "1", nil),
            ("localhost/a", "localhost", "a", nil, nil),
            ("localhost:5000/a:b", "localhost:5000", "a", "b", nil),
            ("127.0.0.1:5000/a/b-c/d__e/f.g/h---i:_x.Y-9", "127.0.0.1:5000", "a/b-c/d__e/f.g/h---i", "_x.Y-9", nil),
            ("[::1]:5000/a@sha256:\(hash)", "[::1]:5000", "a", nil, "sha256:\(hash)"),
            ("[2001:db8::1]/a", "[2001:db8::1]", "a", nil, nil),
            ("Registry.Example/a:1@sha256:\(hash)", "Registry.Example", "a", "1", "sha256:\(hash)"),
            ("UPPER/a", "UPPER", "a", nil, nil),
            ("a.b/c@sha512:\(hash)\(hash)", "a.b", "c", nil, "sha512:\(hash)\(hash)"),
            ("a-b.c:1/d", "a-b.c:1", "d", nil, nil),
        ])
    func parts(text: String, registry: String, repository: String, tag: String?, digest: String?) throws {
        let reference = try Reference(parsing: text)
        #expect(reference.registry == registry)
        #expect(reference.repository == repository)
        #expect(reference.tag?.description == tag)
        #expect(reference.digest?.description == digest)
        #expect(reference.description == text)
    }

    @Test(
        "has one name for one place, whichever way it is written",
        arguments: [
            ("registry.example/a/b:1", "registry.example/a/b"), ("Registry.EXAMPLE/a/b:1", "registry.example/a/b"),
            ("registry.example:443/a/b:1", "registry.example/a/b"), ("REGISTRY.example:0443/a/b:1", "registry.example/a/b"),
            ("registry.example:05000/a/b:1", "registry.example:5000/a/b"), ("[2001:DB8::1]:443/a/b:1", "[2001:db8::1]/a/b"),
            ("[2001:db8::1]/a/b:1", "[2001:db8::1]/a/b"), ("index.docker.io/a/b:1", "docker.io/a/b"),
            ("registry-1.docker.io:443/a/b:1", "docker.io/a/b"),
        ])
    func canonical(text: String, name: String) throws { #expect(try Reference(parsing: text).canonicalName == name) }

    @Test(
        "says which part is wrong",
        arguments: [
            ("", "it is empty"),
            ("http", "no registry or no repository"),
            ("http:1", "no registry or no repository"),
            ("team/http:1", "no registry host"),
            ("http/filter", "no default registry"),
            ("https://registry.example/a", "leave out https://"),
            ("registry.example/", "repository component \"\": it is empty"),
            ("registry.example//a", "it is empty"),
            ("registry.example/a/", "it is empty"),
            ("registry.example/Team/a", "upper-case"),
            ("registry.example/a..b", "separators"),
            ("registry.example/a___b", "separators"),
            ("registry.example/a._b", "separators"),
            ("registry.example/-a", "starts with a separator"),
            ("registry.example/a-", "ends with a separator"),
            ("registry.example/a+b", "wanted lower-case letters"),
            ("registry.example/a:", "the tag is empty"),
            ("registry.example/a:-x", "tag \"-x\""),
            ("registry.example/a:x/y", "wanted lower-case letters"),
            ("registry.example/a:x:y", "tag \"x:y\""),
            ("registry.example/a:\(String(repeating: "t", count: 129))", "at most 128"),
            ("registry.example/a@", "wanted algorithm:hex"),
            ("registry.example/a@sha256:abc", "64 hexadecimal digits, found 3"),
            ("registry.example/a@sha256:\(hash.uppercased())", "lower case"),
            ("registry.example/a@md5:\(hash)", "not known"),
            ("registry.example/a@sha256:\(hash)@sha256:\(hash)", "hexadecimal digits"),
            ("registry_x.example/a", "each part between dots"),
            ("-registry.example/a", "each part between dots"),
            ("registry..example/a", "each part between dots"),
            ("registry.example:/a", "port"),
            ("registry.example:0/a", "port"),
            ("registry.example:65536/a", "port"),
            ("registry.example:8a/a", "port"),
            ("[::1/a", "not closed"),
            ("[::zz]/a", "no IPv6 address"),
            ("[::1]x/a", "only a port"),
            ("registry.example/a b", "white space"),
            ("registry.example/ä", "outside ASCII"),
            ("registry.example/\(String(repeating: "a", count: 240))", "more than 255"),
        ])
    func wrong(text: String, message: String) {
        let error = #expect(throws: OCIError.self) { try Reference(parsing: text) }
        #expect(error?.code == .invalidReference)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("is read back as it is written, whatever is fed in", arguments: 0..<8)
    func fuzz(seed: Int) throws {
        var random = SeededGenerator(seed)
        let seeds = ["registry.example:5000/f/http:1.1.0@sha256:\(hash)", "[::1]:5000/a-b/c__d:x", "localhost/a.b/c:1"]
        var read = 0
        for _ in 0..<2000 {
            let text = random.mutated(seeds.randomElement(using: &random)!)
            guard let reference = try? Reference(parsing: text) else { continue }
            read += 1
            #expect(reference.description == text)
            #expect(try Reference(parsing: reference.description) == reference)
            #expect(!reference.repository.contains(".."))
        }
        #expect(read > 50)
    }

    @Test("leads to the tag of its signatures")
    func signatures() throws {
        let reference = try Reference(parsing: "a.b/c:1@sha256:\(hash)")
        let digest = try #require(reference.digest)
        #expect(reference.tagged(.signatures(of: digest)).description == "a.b/c:sha256-\(hash).sig")
        #expect(reference.pinned(to: digest).description == "a.b/c@sha256:\(hash)")
        #expect(reference.artifact == .digest(digest))
    }
}

@Suite("A digest")
struct DigestTests {
    @Test("is computed over parts as over the whole", arguments: Digest.Algorithm.allCases)
    func parts(algorithm: Digest.Algorithm) {
        var digester = Digester(algorithm)
        digester.update(Array("ab".utf8))
        digester.update(Array("xcx".utf8)[1..<2])
        #expect(digester.count == 3)
        #expect(digester.digest == Digest(of: Array("abc".utf8), by: algorithm))
    }

    @Test("has the values of the standard")
    func known() {
        #expect(Digest(of: Array("abc".utf8)).description == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Digest(of: [], by: .sha512).hex.hasPrefix("cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"))
    }
}
