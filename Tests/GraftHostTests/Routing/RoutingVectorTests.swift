import GraftHost
import JSON
import Testing

@Suite("Routing, against vectors that another program made")
struct RoutingVectorTests {
    @Test func `every key has its place`() throws {
        let places = try #require(RoutingVectors.document["places"]?.array)
        #expect(places.count >= 20)
        for vector in places {
            let (salt, key) = (try #require(vector["salt"]?.string), try #require(vector["key"]?.string))
            #expect(KeyPlace(salt: salt, key: key).value == vector["place"]?.integer, "salt \(salt), key \(key)")
        }
    }

    @Test func `every rule sends the calls to the canary that it must, and no other`() throws {
        #expect(RoutingVectors.calls.count >= 20)
        #expect(RoutingVectors.rules.count >= 12)
        for vector in RoutingVectors.rules {
            let rule = try RoutingVectors.rule(vector)
            let wanted = Set((vector["canary"]?.array ?? []).compactMap(\.integer))
            for (index, (about, call)) in RoutingVectors.calls.enumerated() {
                let route = rule.route(call)
                #expect(route == (wanted.contains(Int64(index)) ? .canary : .stable), "\(vector["about"]?.string ?? ""): \(about)")
            }
        }
    }
}
