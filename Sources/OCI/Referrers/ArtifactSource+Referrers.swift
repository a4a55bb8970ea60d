extension ArtifactSource {
    /// What is about the manifest with this digest, by the list under the tag made of it; a source that keeps a list of its own says so itself.
    package func referrers(
        of digest: Digest, limits: ReferrerLimits = ReferrerLimits(),
        where matches: @Sendable (_ artifactType: String) -> Bool = { _ in true }
    ) async throws -> Referrers {
        try await gather(try await referrerList(of: digest, limits: limits), of: digest, limits, matches)
    }

    package func referrerList(of digest: Digest, limits: ReferrerLimits) async throws -> ReferrerList {
        ReferrerList(entries: try await taggedReferrers(of: digest))
    }

    /// The list under the referrers tag; an empty one when there is none.
    package func taggedReferrers(of digest: Digest) async throws -> [Descriptor] {
        let name = ArtifactName.tag(Tag.referrers(of: digest))
        do {
            let document = try await manifest(name)
            guard let index = document.index else {
                throw OCIError(.wrongType, "\(location)\(name.suffix): wanted an index of referrers, found a manifest; remove the tag")
            }
            return index.manifests
        } catch let error as OCIError where error.code == .manifestUnknown || error.code == .nameUnknown {
            return []
        }
    }

    /// Fetches what is listed, and keeps what is about the digest and of a wanted type.
    func gather(
        _ list: ReferrerList, of digest: Digest, _ limits: ReferrerLimits, _ matches: @Sendable (String) -> Bool
    ) async throws -> Referrers {
        var result = Referrers()
        result.isTruncated = list.isTruncated || list.entries.count > limits.listed
        var seen: Set<Digest> = []
        let entries = list.entries.prefix(limits.listed).filter { seen.insert($0.digest).inserted }
        // What the list calls by a wanted type goes first, so that others can't crowd it out.
        let named = entries.filter { $0.artifactType.map(matches) == true }
        let others =
            list.hasReliableTypes ? entries.filter { $0.artifactType == nil } : entries.filter { $0.artifactType.map(matches) != true }
        var left = limits.totalSize
        for (index, entry) in (named + others).enumerated() {
            guard index < limits.count, left > 0 else {
                result.isTruncated = true
                break
            }
            if let reason = Self.reasonToSkip(entry, limits, left) {
                result.ignored.append(.init(digest: entry.digest, reason: reason))
                continue
            }
            left -= entry.size
            do throws(ReferrerProblem) {
                let referrer = try await referrer(entry, of: digest)
                if let type = referrer.artifactType, matches(type) { result.found.append(referrer) }
            } catch {
                guard case .ignored(let reason) = error else { throw error.underlying }
                result.ignored.append(.init(digest: entry.digest, reason: reason))
            }
        }
        return result
    }

    private static func reasonToSkip(_ entry: Descriptor, _ limits: ReferrerLimits, _ left: Int) -> String? {
        guard MediaType.manifests.contains(entry.mediaType) || MediaType.indexes.contains(entry.mediaType) else {
            return "it is of type \(shown(entry.mediaType)), which is no manifest"
        }
        guard entry.size <= limits.size else { return "it has \(entry.size) bytes, at most \(limits.size) are read" }
        return entry.size <= left ? nil : "all together have more than \(limits.totalSize) bytes"
    }

    private func referrer(_ entry: Descriptor, of digest: Digest) async throws(ReferrerProblem) -> Referrer {
        let document: ManifestDocument
        do { document = try await manifest(.digest(entry.digest)) } catch let error as OCIError where !error.isTransient {
            throw .ignored(error.message)
        } catch {
            throw .failed(error)
        }
        guard document.bytes.count == entry.size else {
            throw .ignored("it has \(document.bytes.count) bytes, announced were \(entry.size)")
        }
        guard let subject = document.subject?.digest else { throw .ignored("it has no subject") }
        guard subject == digest else { throw .ignored("its subject is \(subject)") }
        return Referrer(document: document)
    }
}

/// Why a referrer that was listed is not there: because of itself, or because nothing can be said now.
enum ReferrerProblem: Error {
    case ignored(String)
    case failed(any Error)

    var underlying: any Error {
        switch self {
        case .ignored(let reason): OCIError(.malformed, reason)
        case .failed(let error): error
        }
    }
}
