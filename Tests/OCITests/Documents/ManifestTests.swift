import JSON
import Testing

@testable import OCI

private let hash = String(repeating: "ab", count: 32)
private let part = #"{"mediaType":"a/b","digest":"sha256:\#(hash)","size":3}"#
private let plain = #"{"schemaVersion":2,"mediaType":"\#(MediaType.manifest)","artifactType":"x/y","config":\#(part),"layers":[\#(part)]}"#
private let list =
    #"{"schemaVersion":2,"manifests":[{"mediaType":"\#(MediaType.manifest)","digest":"sha256:\#(hash)","size":3,"platform":{"os":"linux","architecture":"arm64","variant":"v8"}}]}"#

private func parse(_ text: String, as type: String? = nil) throws -> ManifestDocument {
    try ManifestDocument(parsing: Array(text.utf8), mediaType: type, source: "r.example/a:1")
}

@Suite("A manifest document")
struct ManifestTests {
    @Test("is a manifest or an index by what it has")
    func kinds() throws {
        let manifest = try #require(try parse(plain, as: MediaType.manifest).manifest)
        #expect(manifest.kind == "x/y")
        #expect(manifest.layers.count == 1)
        let document = try parse(list)
        #expect(document.index?.manifests.count == 1)
        #expect(document.descriptor == Descriptor(mediaType: MediaType.index, of: document.bytes))
    }

    @Test(
        "is refused with the member that is wrong",
        arguments: [
            ("{", "malformed"),
            ("[]", "wanted an object"),
            ("{}", "schemaVersion"),
            (plain.replacing("\"schemaVersion\":2", with: "\"schemaVersion\":1"), "schemaVersion: wanted 2"),
            (plain.replacing("\"layers\"", with: "\"manifests\":[],\"layers\""), "wanted no member of an index"),
            (list.replacing("\"manifests\"", with: "\"layers\":[],\"manifests\""), "layers: wanted no member of a manifest"),
            (list.replacing("\"manifests\"", with: "\"config\":{},\"manifests\""), "config: wanted no member"),
            (
                list.replacing("\"schemaVersion\":2", with: "\"schemaVersion\":2,\"mediaType\":\"\(MediaType.manifest)\""),
                "config: wanted a value"
            ),
            (plain.replacing("\"size\":3", with: "\"size\":-1"), "size"),
            (plain.replacing("sha256:", with: "sha256:A"), "digest"),
            (plain.replacing("\"a/b\"", with: "\"a b\""), "a media type"),
            (plain.replacing("\"a/b\"", with: "\"a\""), "a media type"),
        ])
    func wrong(text: String, message: String) {
        let error = #expect(throws: OCIError.self) { try parse(text) }
        #expect(error?.code == .malformed)
        #expect(error?.message.hasPrefix("r.example/a:1: the manifest is malformed: ") == true)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("is refused when it was announced as something else", arguments: [MediaType.index, MediaType.dockerManifest, "text/html"])
    func announced(type: String) {
        #expect(throws: OCIError.self) { try parse(plain, as: type) }
    }

    @Test("is refused over 4 MiB before it is parsed")
    func tooLarge() {
        let error = #expect(throws: OCIError.self) {
            try ManifestDocument(parsing: [UInt8](repeating: 32, count: (4 << 20) + 1), source: "x")
        }
        #expect(error?.code == .tooLarge)
    }

    @Test("is written as the same bytes each time, and read back")
    func roundTrip() throws {
        let manifest = Manifest(
            artifactType: "x/y", config: Descriptor(mediaType: "a/b", of: [1]),
            layers: [Descriptor(mediaType: "c/d", of: [2], annotations: ["b": "1", "a": "2"])], annotations: ["z": "1", "y": "2"])
        let document = ManifestDocument(manifest)
        #expect(document.bytes == ManifestDocument(manifest).bytes)
        #expect(try parse(String(decoding: document.bytes, as: UTF8.self), as: MediaType.manifest) == document)
        let text = String(decoding: document.bytes, as: UTF8.self)
        #expect(
            text.hasPrefix(#"{"schemaVersion":2,"mediaType":"\#(MediaType.manifest)","artifactType":"x/y","config":{"mediaType":"a/b""#))
        #expect(text.hasSuffix(#""annotations":{"y":"2","z":"1"}}"#))
    }

    @Test("neither traps nor is read differently, whatever is fed in", arguments: 0..<8)
    func fuzz(seed: Int) throws {
        var random = SeededGenerator(seed)
        var read = 0
        for _ in 0..<1500 {
            let text = random.mutated([plain, list].randomElement(using: &random)!)
            guard let document = try? parse(text) else { continue }
            read += 1
            #expect(document.descriptor.size == text.utf8.count)
            let again: ManifestDocument
            switch document.content {
            case .manifest(let manifest): again = ManifestDocument(manifest)
            case .index(let index): again = ManifestDocument(index)
            }
            #expect(try ManifestDocument(parsing: again.bytes, source: "again").content == document.content)
        }
        #expect(read > 20)
    }
}

@Suite("An error about a document")
struct DocumentErrorTests {
    /// Members of a manifest, and what the error about them shows.
    struct Members: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        var shown: String

        init(_ name: String, _ text: String, _ shown: String) { (testDescription, self.text, self.shown) = (name, text, shown) }
    }

    private static let many = String(repeating: "\u{301}", count: 200_000)

    static let members = [
        Members("an override of the direction", #"{"artifactType":"x/\u202ey"}"#, "x/·y"),
        Members("a line and an escape", #"{"artifactType":"x/y\u2028z\u001b[2J"}"#, "x/y·z·[2J"),
        Members("a character of many marks", #"{"artifactType":"x/e\#(many)"}"#, "…"),
        Members("a long key", #"{"annotations":{"\#(String(repeating: "k", count: 500_000))":1}}"#, "…"),
        Members("a key of control characters", #"{"annotations":{"a\u0007\u009bb":1}}"#, #"a\u{07}\u{009B}b"#),
        Members("a key of many marks that stands twice", #"{"annotations":{"\u202ek\#(many)":"","\u202ek\#(many)":""}}"#, #"\u{202E}"#),
    ]

    @Test("is short and shows nothing that steers a terminal, whatever the document says", arguments: members)
    func words(members: Members) {
        let digest = Digest(of: [])
        let descriptor = #"{"mediaType":"a/b","digest":"\#(digest)","size":0}"#
        let text = #"{"schemaVersion":2,"config":\#(descriptor),"layers":[],\#(members.text.dropFirst())"#
        let error = #expect(throws: OCIError.self) {
            _ = try ModuleArtifact(ManifestDocument(parsing: Array(text.utf8), source: "r.example/a:1"), source: "r.example/a:1")
        }
        let message = error?.message ?? ""
        #expect(message.hasPrefix("r.example/a:1: ") && message.contains(members.shown))
        #expect(message.unicodeScalars.count <= 2049)
        let steering = message.unicodeScalars.filter {
            $0.value < 0x20 || $0.properties.generalCategory == .format || (0x7F...0x9F).contains($0.value)
        }
        #expect(steering.isEmpty)
    }
}

@Suite("An index chooses by platform")
struct PlatformTests {
    private static func entry(_ platform: Platform?, _ byte: UInt8) -> Descriptor {
        var entry = Descriptor(mediaType: MediaType.manifest, of: [byte])
        entry.platform = platform
        return entry
    }

    @Test("exact first, then without variant, never another architecture")
    func choice() {
        let index = Index(manifests: [
            Self.entry(Platform(os: "linux", architecture: "arm64"), 1),
            Self.entry(Platform(os: "linux", architecture: "arm64", variant: "v8"), 2),
            Self.entry(Platform(os: "unknown", architecture: "unknown"), 3),
        ])
        #expect(index.entry(for: Platform(os: "linux", architecture: "arm64", variant: "v8")) == index.manifests[1])
        #expect(index.entry(for: Platform(os: "linux", architecture: "arm64")) == index.manifests[0])
        #expect(index.entry(for: Platform(os: "linux", architecture: "arm64", variant: "v9")) == index.manifests[0])
        #expect(index.entry(for: Platform(os: "linux", architecture: "amd64")) == nil)
    }

    @Test("a single entry without platform serves all")
    func single() {
        #expect(Index(manifests: [Self.entry(nil, 1)]).entry(for: .current) != nil)
        #expect(Index(manifests: [Self.entry(nil, 1), Self.entry(nil, 2)]).entry(for: .current) == nil)
    }
}

extension String {
    fileprivate func replacing(_ text: String, with other: String) -> String {
        var result = ""
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(text) {
                result += other
                rest = rest.dropFirst(text.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }
}
