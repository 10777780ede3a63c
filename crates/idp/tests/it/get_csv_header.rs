use crate::*;

#[tokio::test]
async fn a_header_names_every_attribute_that_a_file_may_set() {
    let schema = json!([{ "Name": "tenant", "AttributeDataType": "String" }]);
    let house = House::with(json!({ "Schema": schema }), json!({})).await;
    let header = house.call("GetCSVHeader", json!({ "UserPoolId": house.pool })).await.ok();
    assert_eq!(header["UserPoolId"], house.pool.as_str());
    let names: Vec<&str> =
        header["CSVHeader"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    expect!["name,given_name,family_name,middle_name,nickname,preferred_username,profile,picture,website,email,email_verified,gender,birthdate,zoneinfo,locale,phone_number,phone_number_verified,address,updated_at,custom:tenant,cognito:mfa_enabled,cognito:username"]
        .assert_eq(&names.join(","));
}
