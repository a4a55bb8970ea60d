import JSON
import Synchronization
import Testing

@testable import OCI

private let subject = Descriptor(mediaType: MediaType.manifest, of: Array("subject".utf8))
private let bundle = "application/vnd.dev.sigstore.bundle.v0.3+json"

private func signature(_ number: Int, of subject: Descriptor? = subject, type: String? = bundle) -> ManifestDocument {
    ManifestDocument(
        Manifest(
            artifactType: type, config: Descriptor(mediaType: MediaType.empty, of: Array("{}".utf8)), layers: [], subject: subject,
            annotations: ["number": "\(number)"]))
}

/// Serves manifests by digest and tag, and lists as a test says.
private final class ReferrerServer: Sendable {
    struct State {
        var manifests: [String: ManifestDocument] = [:]
        /// Answers to the API, by path; none: it has no API.
        var pages: [String: ([(String, String)], Index)] = [:]
        var puts: [String] = []
        /// Before this answer another client writes the tag.
        var onPut: (@Sendable (Int, inout State) -> Void)?
    }

    let state = Mutex(State())

    func add(_ documents: [ManifestDocument]) {
        state.withLock { state in for document in documents { state.manifests["\(document.descriptor.digest)"] = document } }
    }

    func tag(_ entries: [Descriptor]) {
        state.withLock { $0.manifests["\(Tag.referrers(of: subject.digest))"] = ManifestDocument(Index(manifests: entries)) }
    }

    var tagged: [Digest] {
        state.withLock { $0.manifests["\(Tag.referrers(of: subject.digest))"]?.index?.manifests.map(\.digest) ?? [] }
    }

    func serve(_ request: LoopbackServer.Request, _ connection: LoopbackServer.Connection) {
        state.withLock { state in
            let name = request.path.split(separator: "/").last.map(String.init) ?? ""
            if request.path.contains("/referrers/") {
                guard let (fields, index) = state.pages[request.path] else { return connection.answer(404) }
                return connection.answer(200, [("Content-Type", MediaType.index)] + fields, index.json.bytes())
            }
            if request.method == "PUT" {
                guard let document = try? ManifestDocument(parsing: request.body, source: "") else { return connection.answer(400) }
                state.manifests[name] = document
                state.manifests["\(document.descriptor.digest)"] = document
                state.puts.append(name)
                let hook = state.onPut
                hook?(state.puts.filter { !$0.contains(":") }.count, &state)
                return connection.answer(201)
            }
            guard let document = state.manifests[name] else { return connection.answer(404) }
            connection.answer(200, [("Content-Type", document.descriptor.mediaType)], document.bytes)
        }
    }
}

@Suite("Referrers", .timeLimit(.minutes(3)))
struct ReferrerTests {
    private static func run(_ body: (ReferrerServer, LoopbackServer, Repository) async throws -> Void) async throws {
        let server = ReferrerServer()
        try await withLoopback {
            server.serve($0, $1)
        } _: { (loopback, repository) async throws in
            try await body(server, loopback, repository)
        }
    }

    private static let path = "/v2/a/b/referrers/\(subject.digest)"

    @Test("are found page by page where the registry lists them, filtered by us whether it filters or not")
    func pages() async throws {
        try await Self.run { (server, _, repository) async throws in
            let documents = (0..<4).map { signature($0) } + [signature(9, type: "application/spdx")]
            server.add(documents)
            server.state.withLock { state in
                state.pages[Self.path] = (
                    [("Link", "<\(Self.path)?page=2>; rel=\"next\"")], Index(manifests: documents[..<2].map(\.listing))
                )
                state.pages[Self.path + "?page=2"] = ([], Index(manifests: documents[2...].map(\.listing)))
            }
            let all = try await repository.referrers(of: subject.digest)
            #expect(all.found.map(\.digest) == documents.map(\.descriptor.digest))
            #expect(all.ignored.isEmpty && !all.isTruncated)
            let bundles = try await repository.referrers(of: subject.digest) { $0.hasPrefix("application/vnd.dev.sigstore.bundle") }
            #expect(bundles.found.map(\.digest) == documents[..<4].map(\.descriptor.digest))
        }
    }

    @Test("are found under the tag where the registry has no list, also when the index carries the wrong artifact type")
    func wrongType() async throws {
        try await Self.run { (server, _, repository) async throws in
            let document = signature(1)
            server.add([document])
            // As one tool writes it: the type of the config.
            var entry = document.descriptor
            entry.artifactType = MediaType.empty
            server.tag([entry])
            let found = try await repository.referrers(of: subject.digest) { $0 == bundle }
            #expect(found.found.map(\.digest) == [document.descriptor.digest])
            #expect(found.found.first?.artifactType == bundle)
        }
    }

    @Test("of which there are none are none, by API and by tag")
    func none() async throws {
        try await Self.run { (server, loopback, repository) async throws in
            #expect(try await repository.referrers(of: subject.digest) == Referrers())
            #expect(loopback.lines == ["GET \(Self.path)", "GET /v2/a/b/manifests/sha256-\(subject.digest.hex)"])
            server.state.withLock { $0.pages[Self.path] = ([], Index(manifests: [])) }
            #expect(try await repository.referrers(of: subject.digest) == Referrers())
            #expect(loopback.lines.count == 3)
        }
    }

    @Test("that are about something else, are not there, or are not what the list says do not count, and are named")
    func ignored() async throws {
        try await Self.run { (server, _, repository) async throws in
            let good = signature(1)
            let other = signature(2, of: Descriptor(mediaType: MediaType.manifest, of: [1]))
            let none = signature(3, of: nil)
            let gone = signature(4)
            var short = signature(5).listing
            short.size -= 1
            var huge = signature(6).listing
            huge.size = 2 << 20
            var blob = signature(7).listing
            blob.mediaType = "application/octet-stream"
            server.add([good, other, none, signature(5), signature(6), signature(7)])
            server.state.withLock {
                $0.manifests["\(signature(8).descriptor.digest)"] = good
                $0.pages[Self.path] = (
                    [],
                    Index(
                        manifests: [other, none, gone].map(\.listing) + [
                            short, huge, blob, signature(8).listing, good.listing, good.listing,
                        ])
                )
            }
            let found = try await repository.referrers(of: subject.digest)
            #expect(found.found.map(\.digest) == [good.descriptor.digest])
            #expect(found.ignored.count == 7)
            for (reason, digest) in [
                ("its subject is", other.descriptor.digest), ("no subject", none.descriptor.digest), ("no such", gone.descriptor.digest),
                ("announced were", short.digest), ("at most", huge.digest), ("no manifest", blob.digest),
                ("wanted", signature(8).descriptor.digest),
            ] {
                #expect(found.ignored.first { $0.digest == digest }?.reason.contains(reason) == true)
            }
        }
    }

    @Test("that come in masses are looked at up to a limit, those of a wanted type first")
    func masses() async throws {
        try await Self.run { (server, loopback, repository) async throws in
            let wanted = signature(5000)
            server.add([wanted])
            let junk = (0..<5000).map { Descriptor(mediaType: MediaType.manifest, digest: Digest(of: Array("\($0)".utf8)), size: 10) }
            server.tag(Array(junk[..<500]) + [wanted.listing] + Array(junk[500...]))
            PeakMemory.reset()
            let before = PeakMemory.kilobytes
            let start = ContinuousClock.now
            let found = try await repository.referrers(of: subject.digest) { $0 == bundle }
            print(
                "limits: 5,001 referrers listed: \(loopback.lines.count) requests in \(ContinuousClock.now - start),",
                "peak +\((PeakMemory.kilobytes - before) / 1024) MB")
            #expect(found.found.map(\.digest) == [wanted.descriptor.digest])
            #expect(found.isTruncated)
            #expect(found.ignored.count == 63)
            #expect(loopback.lines.count == 2 + 64)
        }
    }

    @Test("on endless pages are looked at up to a limit")
    func endlessPages() async throws {
        try await Self.run { (server, loopback, repository) async throws in
            server.state.withLock { state in
                for page in 0..<100 {
                    state.pages[page == 0 ? Self.path : "\(Self.path)?p=\(page)"] = (
                        [("Link", "<\(Self.path)?p=\(page + 1)>; rel=\"next\"")], Index(manifests: [])
                    )
                }
            }
            #expect(try await repository.referrers(of: subject.digest).isTruncated)
            #expect(loopback.lines.count == 16)
        }
    }

    @Test("on pages that lead in a circle are looked at up to a limit, each once")
    func circle() async throws {
        try await Self.run { (server, loopback, repository) async throws in
            let documents = (0..<3).map { signature($0) }
            server.add(documents)
            server.state.withLock { state in
                for page in 0..<3 {
                    state.pages[page == 0 ? Self.path : "\(Self.path)?p=\(page)"] = (
                        [("Link", "<\(Self.path)\(page == 2 ? "" : "?p=\(page + 1)")>; rel=\"next\"")],
                        Index(manifests: [documents[page].listing])
                    )
                }
            }
            let found = try await repository.referrers(of: subject.digest)
            #expect(found.isTruncated)
            #expect(found.found.map(\.digest) == documents.map(\.descriptor.digest))
            #expect(loopback.lines.count == 16 + 3)
        }
    }

    @Test("that can't be had now are an error, not none", arguments: [503, 429])
    func transient(status: Int) async throws {
        let document = signature(1)
        try await withLoopback { request, connection in
            if request.path.contains("/referrers/") {
                return connection.answer(200, [("Content-Type", MediaType.index)], Index(manifests: [document.listing]).json.bytes())
            }
            connection.answer(status)
        } _: { (_, repository) async throws in
            let found = await code { _ = try await repository.referrers(of: subject.digest) }
            #expect(found == (status == 503 ? .serverFailed : .rateLimited))
        }
    }

    @Test("that are pushed are added under the tag, beside what is there")
    func push() async throws {
        try await Self.run { (server, _, repository) async throws in
            let old = signature(0)
            server.add([old])
            server.tag([old.listing])
            for number in 1...2 { try await repository.push(signature(number), tag: nil) }
            try await repository.push(signature(2), tag: nil)
            #expect(server.tagged == (0...2).map { signature($0).descriptor.digest })
            let entry = server.state.withLock { $0.manifests["\(Tag.referrers(of: subject.digest))"]?.index?.manifests.last }
            #expect(entry?.artifactType == bundle)
            #expect(entry?.annotations == ["number": "2"])
        }
    }

    @Test("that another client's write undoes are added again, beside the other's")
    func conflict() async throws {
        try await Self.run { (server, _, repository) async throws in
            // Twice another client, which has not seen our entry, writes after us.
            server.state.withLock { state in
                state.onPut = { count, state in
                    guard count <= 2 else { return }
                    let others = (0..<count).map { signature(100 + $0).listing }
                    state.manifests["\(Tag.referrers(of: subject.digest))"] = ManifestDocument(Index(manifests: others))
                }
            }
            try await repository.push(signature(1), tag: nil)
            #expect(server.tagged == [signature(100), signature(101), signature(1)].map(\.descriptor.digest))
        }
    }

    @Test("that another client's write undoes each time are an error that says so")
    func endlessConflict() async throws {
        try await Self.run { (server, _, repository) async throws in
            server.state.withLock { state in
                state.onPut = { _, state in
                    state.manifests["\(Tag.referrers(of: subject.digest))"] = ManifestDocument(Index(manifests: [signature(100).listing]))
                }
            }
            let error = await ociError { try await repository.push(signature(1), tag: nil) }
            #expect(error?.message.contains("other clients undo what is added to the list of referrers") == true)
        }
    }

    @Test("of several writers of one client are all there in the end")
    func writers() async throws {
        try await Self.run { (server, _, repository) async throws in
            try await withThrowingTaskGroup(of: Void.self) { (group) async throws in
                for number in 0..<12 { group.addTask { try await repository.push(signature(number), tag: nil) } }
                try await group.waitForAll()
            }
            #expect(Set(server.tagged) == Set((0..<12).map { signature($0).descriptor.digest }))
        }
    }

    @Test("that a registry has noted are not listed a second time")
    func noted() async throws {
        let puts = Counter()
        try await withLoopback { request, connection in
            if request.method == "PUT" { puts.add() }
            connection.answer(201, [("OCI-Subject", "\(subject.digest)")])
        } _: { (loopback, repository) async throws in
            try await repository.push(signature(1), tag: nil)
            #expect(loopback.lines.count == 1)
        }
    }

    @Test("of a digest of the longer kind lie under a tag that is one")
    func longTag() throws {
        let tag = Tag.referrers(of: Digest(of: [1], by: .sha512))
        #expect(try Tag(tag.description) == tag)
        #expect(tag.description.hasPrefix("sha512-"))
    }
}
