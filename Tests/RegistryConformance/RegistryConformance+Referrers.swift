internal import OCI

extension RegistryConformance {
    static let referrers = [
        Check(name: "what is about a manifest is found from it, each once, and by its type") { _, repository in
            let subject = try await push(1, to: repository, tag: "a").descriptor
            try require(try await repository.referrers(of: subject.digest) == Referrers(), "referrers before there are any")
            var pushed: [Digest] = []
            for number in 0..<5 {
                let type = number < 4 ? "application/vnd.example.signature" : "application/vnd.example.other"
                pushed.append(try await push(referrer: number, type, of: subject, to: repository).descriptor.digest)
            }
            _ = try await push(referrer: 0, "application/vnd.example.signature", of: subject, to: repository)
            let all = try await repository.referrers(of: subject.digest)
            try require(Set(all.found.map(\.digest)) == Set(pushed) && all.found.count == 5, "found \(all.found.map(\.digest))")
            try require(all.ignored.isEmpty && !all.isTruncated, "ignored \(all.ignored)")
            let some = try await repository.referrers(of: subject.digest) { $0 == "application/vnd.example.other" }
            try require(some.found.map(\.digest) == [pushed[4]], "found \(some.found.map(\.digest))")
            let other = try await push(2, to: repository, tag: "b").descriptor
            try require(try await repository.referrers(of: other.digest).found.isEmpty, "referrers of another manifest")
        },
        Check(name: "what is about a manifest may be there before it") { _, repository in
            let subject = ManifestDocument(
                Manifest(artifactType: "application/vnd.example", config: Descriptor(mediaType: "a/b", of: [9]), layers: [])
            ).descriptor
            let pushed = try await push(referrer: 1, "application/vnd.example.signature", of: subject, to: repository)
            let found = try await repository.referrers(of: subject.digest).found
            try require(found.map(\.document) == [pushed], "found \(found)")
        },
        Check(name: "writers of one list at the same time do not undo each other") { _, repository in
            let subject = try await push(1, to: repository, tag: "a").descriptor
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask { _ = try await push(referrer: number, "application/vnd.example.signature", of: subject, to: repository) }
                }
                try await group.waitForAll()
            }
            let found = try await repository.referrers(of: subject.digest).found.count
            try require(found == 8, "found \(found)")
        },
        Check(name: "content of another repository is mounted, and sent where it can't be") { conformance, repository in
            let content = [UInt8](repeating: 5, count: 100_000)
            let descriptor = Descriptor(mediaType: "a/b", of: content)
            let first = try Reference(parsing: "\(conformance.registry)/checks/first:1")
            try await conformance.client.repository(of: first).push(.bytes(content), as: descriptor)
            // Bytes that are not the content: the registry can't have got it from us.
            try await repository.push(.bytes([]), as: descriptor, mountingFrom: first.repository)
            try require(try await repository.blob(descriptor, upTo: content.count) == content, "other content")
            let other = [UInt8](repeating: 6, count: 100_000)
            let unknown = Descriptor(mediaType: "a/b", of: other)
            try await repository.push(.bytes(other), as: unknown, mountingFrom: "checks/nowhere")
            try require(try await repository.blob(unknown, upTo: other.count) == other, "other content")
        },
    ]

    private static func push(
        referrer number: Int, _ type: String, of subject: Descriptor, to repository: Repository
    ) async throws -> ManifestDocument {
        let empty = Descriptor(mediaType: MediaType.empty, of: Array("{}".utf8))
        try await repository.push(.bytes(Array("{}".utf8)), as: empty)
        let document = ManifestDocument(
            Manifest(artifactType: type, config: empty, layers: [], subject: subject, annotations: ["number": "\(number)"]))
        try await repository.push(document, tag: nil)
        return document
    }
}
