public import JSON

/// `coordination.k8s.io/v1` Lease: who holds something, until when. Heartbeats and leader election.
public struct Lease: Resource, JSONObjectDecodable, Hashable {
    public static let definition = ResourceDefinition(
        group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases", scope: .namespaced)

    /// Who holds it, since when and for how long.
    public struct Spec: Sendable, Hashable {
        /// Empty or nil: nobody.
        public var holderIdentity: String?
        /// How long others leave it alone after its last renewal.
        public var leaseDurationSeconds: Int?
        /// When the holder took it, by the holder's clock.
        public var acquireTime: Timestamp?
        /// When the holder renewed it last, by the holder's clock.
        public var renewTime: Timestamp?
        /// How often the holder has changed.
        public var leaseTransitions: Int?

        /// Made of its members.
        public init(
            holderIdentity: String? = nil, leaseDurationSeconds: Int? = nil, acquireTime: Timestamp? = nil, renewTime: Timestamp? = nil,
            leaseTransitions: Int? = nil
        ) {
            self.holderIdentity = holderIdentity
            self.leaseDurationSeconds = leaseDurationSeconds
            self.acquireTime = acquireTime
            self.renewTime = renewTime
            self.leaseTransitions = leaseTransitions
        }
    }

    public var metadata: ObjectMeta
    /// Who holds it.
    public var spec: Spec

    /// Made of its members.
    public init(metadata: ObjectMeta, spec: Spec = Spec()) {
        self.metadata = metadata
        self.spec = spec
    }

    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        metadata = try members.required("metadata")
        spec = try members.optional("spec", default: Spec())
    }

    public var json: JSON { resourceJSON(["spec": spec.json]) }
}

extension Lease.Spec: JSONObjectConvertible {
    public init(reading members: JSONMembers) throws(JSONDecodingError) {
        holderIdentity = try members.optional("holderIdentity")
        leaseDurationSeconds = try members.optional("leaseDurationSeconds")
        acquireTime = try members.optional("acquireTime")
        renewTime = try members.optional("renewTime")
        leaseTransitions = try members.optional("leaseTransitions")
    }

    public var json: JSON {
        var object = JSONObject()
        object.set("holderIdentity", holderIdentity)
        object.set("leaseDurationSeconds", leaseDurationSeconds)
        object.set("acquireTime", acquireTime?.microText)
        object.set("renewTime", renewTime?.microText)
        object.set("leaseTransitions", leaseTransitions)
        return .object(object)
    }
}
