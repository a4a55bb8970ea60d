import JSON
public import KubeCore

/// The objects of one kind, in one namespace, in all of them, or in the cluster's scope.
public struct Api<Object: KubeObject>: Sendable {
    /// Who sends the requests.
    public let client: Client
    /// What the API server calls the kind.
    public let definition: ResourceDefinition
    /// Nil: all namespaces, or the kind has none.
    public let namespace: String?

    /// For a kind known only at run time: `Api<DynamicObject>`.
    public init(_ client: Client, definition: ResourceDefinition, namespace: String? = nil) {
        self.client = client
        self.definition = definition
        self.namespace = definition.scope == .cluster ? nil : namespace
    }

    /// The same kind in another namespace, or in all of them.
    public func scoped(to namespace: String?) -> Api { Api(client, definition: definition, namespace: namespace) }

    /// Where an object lies, in words, for messages: `ConfigMap payments/settings`.
    func describe(_ name: String) -> String { "\(definition.kind) \(ObjectKey(namespace: namespace, name: name))" }
}

extension Api where Object: Resource {
    /// The objects of a kind that is known at compile time.
    public init(_ client: Client, namespace: String? = nil) {
        self.init(client, definition: Object.definition, namespace: namespace)
    }
}

extension Api {
    /// Refuses what would name another object, or the whole collection, in a path.
    func check(_ name: String) throws(KubeError) {
        let isSafe = !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == 0x2F || $0 == 0x25 || $0 < 0x21 }
        guard isSafe else {
            throw KubeError(
                .badRequest, status: 400, message: "\"\(name)\" can't be the name of a \(definition.kind)", kind: definition.kind,
                name: name)
        }
        guard definition.scope == .cluster || namespace.map({ !$0.isEmpty }) ?? false else {
            throw KubeError(
                .badRequest, status: 400, message: "\(definition.kind) \"\(name)\": a namespace is needed to name one object",
                kind: definition.kind, name: name)
        }
    }

    /// Sends a request that is answered with one object, which is read straight from the bytes of the answer.
    func object(_ request: APIRequest) async throws -> Object { try read(Object.self, try await client.bytes(request), request) }

    /// Reads an answer.
    /// - Throws: `KubeError.unexpectedAnswer` that names the object, as far as the answer says which it is.
    func read<Value: JSONDecodable>(_ type: Value.Type, _ bytes: [UInt8], _ request: APIRequest) throws -> Value {
        do { return try Value(parsing: bytes, limits: Client.limits) } catch let error as JSONSyntaxError {
            throw Client.noJSON(request, bytes, error)
        } catch {
            let name = (try? JSON.parse(bytes, limits: Client.limits))?["metadata"]?["name"]?.string
            throw KubeError(
                .unexpectedAnswer, status: 200,
                message: "\(request.method.rawValue) \(request.path): the answer is no \(definition.kind) we can read: \(error)",
                kind: definition.kind, name: name)
        }
    }
}
