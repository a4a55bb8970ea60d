internal import HTTPCore
internal import HTTPTypes
internal import JSON

extension Repository {
    /// All pages, up to a bound that no honest repository reaches.
    package func tags() async throws -> [Tag] {
        let subject = "\(location) (tags)"
        return try await client.retrying {
            var tags: Set<Tag> = []
            var call = try await call(.get, "tags/list?n=1000", .pull, expected: [200], subject: subject)
            for _ in 0..<100 {
                let (names, link) = try await client.exchange(call) { head, body in
                    (try Self.tagNames(try await body.collect(upTo: 8 << 20), subject), head.headerFields[.link])
                }
                tags.formUnion(names.compactMap { try? Tag($0) })
                guard let next = try Self.next(link, after: call.url, subject) else { return tags.sorted() }
                call.url = next
            }
            throw OCIError(.tooLarge, "\(subject): the registry lists more than 100 pages of tags")
        }
    }

    private static func tagNames(_ bytes: [UInt8], _ subject: String) throws(OCIError) -> [String] {
        do {
            return try JSONReader(try JSON.parse(bytes), at: .root).optional("tags", default: [])
        } catch {
            throw OCIError(.malformed, "\(subject): the registry's list of tags is malformed: \(error)")
        }
    }

    /// The next page of a list, on the same host only.
    static func next(_ link: String?, after url: RemoteURL, _ subject: String) throws(OCIError) -> RemoteURL? {
        guard let link, let place = next(link), let target = url.resolving(place), target != url else { return nil }
        guard target.origin == url.origin else {
            throw OCIError(.malformed, "\(subject): the registry's next page lies on another host, which is not asked")
        }
        return target
    }

    /// `</v2/a/tags/list?last=b&n=1>; rel="next"` (RFC 8288).
    static func next(_ link: String) -> String? {
        guard let start = link.firstIndex(of: "<"), let end = link[start...].firstIndex(of: ">") else { return nil }
        let rest = link[end...].lowercased()
        guard rest.contains("rel=\"next\"") || rest.contains("rel=next") else { return nil }
        return String(link[link.index(after: start)..<end])
    }
}
