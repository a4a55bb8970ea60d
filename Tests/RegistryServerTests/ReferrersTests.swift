import HTTPTransport
import HTTPTypes
import JSON
import OCI
import RegistryConformance
import Testing

@Suite("Referrers at our registry", .timeLimit(.minutes(3)))
struct ReferrersTests {
    private static let subject = Descriptor(mediaType: MediaType.manifest, of: Array("subject".utf8))
    private static let empty = Descriptor(mediaType: MediaType.empty, of: Array("{}".utf8))

    private static func document(_ number: Int, note: String = "") -> ManifestDocument {
        ManifestDocument(
            Manifest(
                artifactType: number % 2 == 0 ? "application/even" : nil, config: empty, layers: [], subject: subject,
                annotations: ["number": "\(number)", "note": note]))
    }

    private static func put(_ client: HTTPClient, _ authority: String, _ document: ManifestDocument) async throws {
        let answer = try await client.ask(
            .put, authority, "/v2/a/manifests/\(document.descriptor.digest)", [.contentType: MediaType.manifest], body: document.bytes)
        #expect(answer.status == 201)
        #expect(answer.fields[HTTPField.Name("OCI-Subject")!] == "\(subject.digest)")
    }

    @Test("come page by page, filtered where asked, and survive a restart; none are an empty list")
    func pages() async throws {
        try await withTemporaryDirectory { directory in
            try await withRegistry(in: directory) { (authority, client) async throws in
                let none = try await client.ask(.get, authority, "/v2/a/referrers/\(Self.subject.digest)")
                #expect(none.status == 200)
                #expect(none.fields[.contentType] == MediaType.index)
                #expect(try Index(from: JSON.parse(Array(none.text.utf8))).manifests.isEmpty)
                #expect(
                    try await client.ask(.post, authority, "/v2/a/blobs/uploads/?digest=\(Self.empty.digest)", body: Array("{}".utf8))
                        .status == 201)
                for number in 0..<130 { try await Self.put(client, authority, Self.document(number)) }
                // So long that the list leaves its annotations out.
                try await Self.put(client, authority, Self.document(130, note: String(repeating: "x", count: 100_000)))
            }
            try await withRegistry(in: directory) { (authority, client) async throws in
                var path: String? = "/v2/a/referrers/\(Self.subject.digest)"
                var found: [Descriptor] = []
                var pages = 0
                while let next = path {
                    let answer = try await client.ask(.get, authority, next)
                    found += try Index(from: JSON.parse(Array(answer.text.utf8))).manifests
                    path = answer.fields[HTTPField.Name("Link")!].flatMap { $0.split(separator: ">").first.map { String($0.dropFirst()) } }
                    pages += 1
                }
                #expect(pages == 2)
                #expect(found.count == 131 && Set(found.map(\.digest)).count == 131)
                #expect(Set(found.map(\.artifactType)) == ["application/even", MediaType.empty])
                let long = Self.document(130, note: String(repeating: "x", count: 100_000)).descriptor.digest
                #expect(found.first { $0.digest == long }?.annotations == [:])
                #expect(found.first { $0.digest == Self.document(7).descriptor.digest }?.annotations["number"] == "7")
                let even = try await client.ask(
                    .get, authority, "/v2/a/referrers/\(Self.subject.digest)?artifactType=application%2Feven")
                #expect(even.fields[HTTPField.Name("OCI-Filters-Applied")!] == "artifactType")
                #expect(try Index(from: JSON.parse(Array(even.text.utf8))).manifests.count == 66)
                #expect(try await client.ask(.get, authority, "/v2/other/referrers/\(Self.subject.digest)").status == 200)
                #expect(try await client.ask(.delete, authority, "/v2/a/referrers/\(Self.subject.digest)").status == 405)
            }
        }
    }
}

@Suite("What breaks on the way to our registry", .timeLimit(.minutes(3)))
struct BrokenTransferTests {
    @Test("is taken up where it broke, up and down")
    func resume() async throws {
        let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 / 256) }
        let descriptor = Descriptor(mediaType: "a/b", of: content)
        try await withTemporaryDirectory { directory in
            try FileSystem.replace("\(directory)/content", with: content)
            try await withRegistry(in: "\(directory)/registry") { (authority, transport) async throws in
                let port = try #require(authority.split(separator: ":").last.flatMap { Int($0) })
                let relay = BreakingRelay(
                    to: port, [.init(up: 600_000), .init(up: 700_000), .init(down: 1_100_000), .init(down: 1_000_000)])
                defer { relay.stop() }
                var configuration = RegistryClient.Configuration(retry: RetryPolicy(patience: .seconds(60)))
                configuration.uploads = UploadPolicy(monolithicUpTo: 1_000_000, chunkSize: 1_000_000)
                let client = RegistryClient(transport: transport, configuration: configuration)
                let repository = client.repository(of: try Reference(parsing: "\(relay.authority)/a/b:1"))
                try await repository.push(.file(path: "\(directory)/content"), as: descriptor)
                #expect(relay.broken == 2)
                #expect(try await repository.blob(descriptor, upTo: content.count) == content)
                #expect(relay.broken == 4)
            }
        }
    }

    @Test("a range under another validator is the whole")
    func ifRange() async throws {
        let digest = Digest(of: Array("hello".utf8))
        try await withTemporaryDirectory { directory in
            try await withRegistry(in: directory) { (authority, client) async throws in
                #expect(
                    try await client.ask(.post, authority, "/v2/a/blobs/uploads/?digest=\(digest)", body: Array("hello".utf8)).status == 201
                )
                for (validator, status, text) in [
                    ("\"\(digest)\"", 206, "llo"), ("\"other\"", 200, "hello"), ("Sun, 06 Nov 1994 08:49:37 GMT", 200, "hello"),
                ] {
                    let answer = try await client.ask(
                        .get, authority, "/v2/a/blobs/\(digest)", [.range: "bytes=2-", .ifRange: validator])
                    #expect(answer.status == status)
                    #expect(answer.text == text)
                }
            }
        }
    }
}
