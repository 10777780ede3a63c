//! What does this SAM/CloudFormation template ask for?
//!
//! A template is read in two steps. [`Template::parse`] reads the text, YAML with short-form intrinsics
//! or JSON, and keeps where everything stands. [`Template::resolve`] applies parameters, conditions and
//! function calls, and gives a [`Stack`]: the resources that mean something here with their values in
//! the form the specification asks for, and typed readings of functions, APIs and tables. All problems
//! of a template are told together, each with its line, its resource and its property.
//!
//! Names that exist only after creation (a pool's id, a function's ARN) come from [`PhysicalIds`], before
//! anything is resolved. The same trait turns addresses of AWS into local ones: a template goes on
//! writing `https://cognito-idp.${AWS::Region}.amazonaws.com/${UserPool}` and is right in both places.
//!
//! ```
//! use names::{AccountId, Region};
//! use std::collections::BTreeMap;
//! use template::{DerivedIds, Settings, Template};
//!
//! let text = "
//! Resources:
//!   People:
//!     Type: AWS::Cognito::UserPool
//!     Properties:
//!       UserPoolName: !Sub ${AWS::StackName}-people
//!       Policies: { PasswordPolicy: { MinimumLength: '8' } }
//! Outputs:
//!   UserPoolId: { Value: !Ref People }
//! ";
//! let settings = Settings {
//!     region: Region::parse("eu-west-1")?,
//!     account_id: AccountId::parse("000000000000")?,
//!     stack_name: "shop".to_owned(),
//!     parameters: BTreeMap::new(),
//!     ids: &DerivedIds,
//! };
//! let stack = Template::parse("template.yaml", text)?.resolve(&settings)?;
//! let pool = stack.resource("People").ok_or("no pool")?;
//! assert_eq!(pool.properties["UserPoolName"], "shop-people");
//! assert_eq!(pool.properties["Policies"]["PasswordPolicy"]["MinimumLength"], 8);
//! assert_eq!(stack.outputs["UserPoolId"], pool.physical_id);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Absent: this crate creates nothing, opens no file, and knows neither Cognito's rules nor where a
//! function's code is. Whether a value is allowed is for the one who uses it, who reports back through
//! [`Resource::problem`].

mod apis;
mod check;
mod evaluate;
mod functions;
mod globals;
mod include;
mod intrinsic;
mod json;
pub mod limits;
mod node;
mod parameters;
mod physical;
mod problem;
mod schema;
mod sections;
mod stack;
mod tables;
mod yaml;

pub use apis::{
    Api, ApiKey, ApiKeySource, ApiKind, Authorizer, Cors, GatewayResponse, IdentitySource,
    Integration, MethodThrottle, Mock, MockResponse, PayloadVersion, Quota, QuotaPeriod, Route,
    RouteAuthorizer, Throttle, UsagePlan,
};
pub use functions::{Code, Function};
pub use include::Files;
pub use physical::{AwsUrl, DerivedIds, PhysicalIds};
pub use problem::{Problem, Problems};
pub use sections::Template;
pub use stack::{Ignored, Resource, Settings, Stack};
pub use tables::{Index, KeyAttribute, Table};
