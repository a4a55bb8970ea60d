import HTTPCore
import JSON
public import KubeCore

extension Api {
    /// Objects a page.
    public static var pageSize: Int { 500 }

    /// Bytes of items that may wait to be read: the next page is asked for while this one is read, and no further.
    static var bytesAhead: Int { 2 << 20 }
    /// Bytes of items that are handed over at once.
    static var partSize: Int { 64 << 10 }
    /// Tasks that read items at the same time. One alone is slower than a connection can be; three would leave nothing to do for the third.
    static var readers: Int { 2 }

    /// The whole collection, page by page. When the continue token expires on the way, it starts anew, once.
    ///
    /// A `limit` in the options is the size of a page.
    public func list(_ options: ListOptions = ListOptions()) async throws -> ResourceList<Object> {
        var options = options
        options.limit = options.limit ?? Self.pageSize
        do { return try await whole(options) } catch let error as KubeError where error.isExpired && options.resourceVersion == nil {
            return try await whole(options)
        }
    }

    private func whole(_ options: ListOptions) async throws -> ResourceList<Object> {
        var list = ResourceList<Object>(items: [], resourceVersion: "")
        try await pages(options) { page in
            list.items += page.items
            list.undecodable += page.undecodable
            list.resourceVersion = page.resourceVersion
        }
        return list
    }

    /// One page. Items are read while it arrives.
    public func page(_ options: ListOptions) async throws -> ResourceList<Object> {
        var pages: [ResourceList<Object>] = []
        try await read(options, follows: false, most: .max, as: { $0 }) { pages.append(ResourceList($0)) }
        return pages[0]
    }

    /// The pages of a collection, one after another, until the last. Items are read while they arrive, and while `handle` is at a page, the
    /// next one is on its way; it waits when that is not enough.
    ///
    /// A `limit` in the options is the size of a page. Without one the server sends everything at once, and all of it is one page.
    /// - Throws: `KubeError` (`.expired` when the continue token has expired on the way: start anew), `TransportError`, `CancellationError`,
    ///   or what `handle` throws.
    public func pages(_ options: ListOptions, _ handle: (ResourceList<Object>) async throws -> Void) async throws {
        try await read(options, follows: true, most: .max, as: { $0 }) { try await handle(ResourceList($0)) }
    }

    /// Like `pages`, but in parts of a page or less, so that little is held of a page that is very long.
    /// - Parameter make: what is kept of an object: a struct of many strings that need not be moved about had better be put into a box at once.
    package func parts<Element: Sendable>(
        _ options: ListOptions, as make: @escaping @Sendable (consuming Object) -> Element,
        _ handle: (ListPart<Element>) async throws -> Void
    ) async throws {
        try await read(options, follows: true, most: Self.pageSize, as: make, handle)
    }

    /// Items are read by tasks of their own, some at a time, and handed over in their order.
    /// - Parameters:
    ///   - follows: reads the pages after the first, too.
    ///   - most: objects, about, after which a part is handed over.
    private func read<Element: Sendable>(
        _ options: ListOptions, follows: Bool, most: Int, as make: @escaping @Sendable (consuming Object) -> Element,
        _ handle: (ListPart<Element>) async throws -> Void
    ) async throws {
        let relay = Relay<Fetched>(limit: Self.bytesAhead)
        try await withThrowingTaskGroup(of: ItemsRead<Element>?.self) { group in
            group.addTask {
                await self.fetch(options, follows: follows, into: relay)
                return nil
            }
            defer { relay.close() }
            var (part, order, number) = (ListPart<Element>(), ReadingOrder<Element>(), 0)
            /// Takes over what was read, until no more than so many are at it.
            func settle(_ group: inout ThrowingTaskGroup<ItemsRead<Element>?, any Error>, _ most: Int) async throws {
                while order.underWay(of: number) > most, let next = try await group.next() {
                    if let next { order.add(next) { part.take($0) } }
                }
            }
            while let next = try await relay.next() {
                try Task.checkCancellation()
                switch next {
                case .items(let items):
                    try await settle(&group, Self.readers - 1)
                    let place = number
                    number += 1
                    group.addTask { ItemsRead(items, at: place, as: make) }
                case .end(let metadata):
                    try await settle(&group, 0)
                    part.metadata = metadata
                }
                guard part.metadata != nil || part.items.count >= most else { continue }
                try await handle(part)
                part = ListPart()
            }
        }
    }

    /// Brings page after page, and then the end or what went wrong.
    private func fetch(_ options: ListOptions, follows: Bool, into relay: Relay<Fetched>) async {
        do {
            var options = options
            while let token = try await fetchPage(options, into: relay), follows {
                options.continueToken = token
                // A continue token implies its resource version; naming one as well is refused.
                options.resourceVersion = nil
                options.match = nil
            }
            relay.finish(.success(()))
        } catch { relay.finish(.failure(error)) }
    }

    /// - Returns: the token that asks for the next page; nil after the last.
    private func fetchPage(_ options: ListOptions, into relay: Relay<Fetched>) async throws -> String? {
        let request = APIRequest.list(definition, namespace: namespace, options: options)
        return try await client.exchange(request, limits: .listing) { body in
            var (splitter, beginning) = (ListSplitter(), [UInt8]())
            do {
                while let part = try await body.next() {
                    if beginning.count < 200 { beginning += part.prefix(200) }
                    try splitter.append(part)
                    if splitter.ready >= Self.partSize { try await Self.hand(splitter.takeItems(), to: relay) }
                }
                let metadata = try splitter.finish()
                try await Self.hand(splitter.takeItems(), to: relay)
                try await relay.send(.end(metadata), weight: 0)
                return metadata.continueToken
            } catch  where error is ListStructureError || error is JSONSyntaxError {
                throw KubeError(
                    .unexpectedAnswer, status: 200,
                    message: "GET \(request.path): the answer is no list (\(error)): \(Client.beginning(of: beginning))",
                    kind: definition.kind)
            }
        }
    }

    private static func hand(_ items: ListSplitter.Items, to relay: Relay<Fetched>) async throws {
        if items.count > 0 { try await relay.send(.items(items), weight: items.bytes.count) }
    }
}

/// What is handed from the task that fetches to those that read.
private enum Fetched: Sendable {
    case items(ListSplitter.Items)
    /// A page has come to its end.
    case end(ListMetadata)
}

extension TransferLimits {
    /// For lists, which may be long, and which servers take long to gather: they give up after a minute themselves.
    fileprivate static let listing = TransferLimits(firstByte: .seconds(65), idle: .seconds(30), whole: nil)
}
