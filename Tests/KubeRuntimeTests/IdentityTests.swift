import KubeRuntime
import Testing

@Suite struct IdentityTests {
    @Test func `Two candidates of one process are different ones, and a Lease can hold their names`() {
        let (first, second) = (LeaderElection.uniqueIdentity(), LeaderElection.uniqueIdentity())
        #expect(first != second)
        #expect(first.contains("_") && first.utf8.count <= 253)
    }
}
